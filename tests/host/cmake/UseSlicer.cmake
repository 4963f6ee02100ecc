# Stand-in for the macros that scripted modules use; names and arguments are Slicer's.
include(CTest)

# Copies what is listed into the build tree and installs it; a listed file that is missing ends the configuration.
function(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS;WITH_SUBDIR;VERBOSE" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MODULE_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "slicerMacroBuildScriptedModule: unknown keywords ${MODULE_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT MODULE_NAME)
    message(FATAL_ERROR "slicerMacroBuildScriptedModule: NAME is mandatory")
  endif()
  foreach(file IN LISTS MODULE_SCRIPTS MODULE_RESOURCES)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
      message(FATAL_ERROR "slicerMacroBuildScriptedModule: ${file} is listed and does not exist")
    endif()
    get_filename_component(folder "${file}" DIRECTORY)
    configure_file("${file}" "${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${file}" COPYONLY)
    install(FILES "${file}" COMPONENT RuntimeLibraries
      DESTINATION "${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}/${folder}")
  endforeach()
endfunction()

# Both only register: what they would start is Slicer.
function(slicer_add_python_unittest)
  cmake_parse_arguments(TEST "" "SCRIPT;TESTNAME_PREFIX" "SLICER_ARGS" ${ARGN})
  _slicer_register_test("${TEST_SCRIPT}" "${TEST_TESTNAME_PREFIX}" "${TEST_UNPARSED_ARGUMENTS}")
endfunction()

function(slicer_add_python_test)
  cmake_parse_arguments(TEST "" "SCRIPT;TESTNAME_PREFIX" "SLICER_ARGS;SCRIPT_ARGS" ${ARGN})
  _slicer_register_test("${TEST_SCRIPT}" "${TEST_TESTNAME_PREFIX}" "${TEST_UNPARSED_ARGUMENTS}")
endfunction()

function(_slicer_register_test script prefix unknown)
  if(unknown)
    message(FATAL_ERROR "a test of ${script} has unknown keywords ${unknown}")
  endif()
  if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${script}")
    message(FATAL_ERROR "the test script ${script} does not exist")
  endif()
  get_filename_component(name "${script}" NAME_WE)
  add_test(NAME "py_${prefix}${name}" COMMAND "${Slicer_LAUNCHER_EXECUTABLE}" "${script}")
endfunction()
