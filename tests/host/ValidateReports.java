import com.pixelmed.validate.DicomSRValidator;

/** Checks the templates of many structured reports in one run: starting Java and its style sheets takes seconds. */
final class ValidateReports {
    public static void main(String[] files) throws Exception {
        DicomSRValidator validator = new DicomSRValidator();
        for (String file : files) {
            System.out.println("File " + file);
            System.out.println(validator.validate(file));
        }
    }
}
