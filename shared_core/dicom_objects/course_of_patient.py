"""What became of a patient up to one exam, from the results that hold the exams before it."""

from __future__ import annotations

from shared_core.change.change_over_time import PatientChange, change_over_time
from shared_core.dicom_objects.result_folder import ExamFolder
from shared_core.errors import UsageError
from shared_core.records.results_folder import check_same_settings, is_results, read_results, serial_exams


def course_until(place: ExamFolder) -> PatientChange | None:
    """Change over time up to an exam, its own included.

    None where the results hold no earlier exam of the patient with a date, or exams that cannot be compared:
    the report then says nothing of change.
    """
    if not is_results(place.results):
        return None
    results = read_results(place.results)
    try:
        check_same_settings([results])
        patients = serial_exams(results)
        for exams in patients.values():
            own = next((exam for exam in exams if exam.key == place.key), None)
            if own is not None and len(exams) > 1:
                return change_over_time([exam for exam in exams if exam.date <= own.date])
    except UsageError:
        return None
    return None
