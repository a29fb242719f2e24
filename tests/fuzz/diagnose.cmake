# SPDX-License-Identifier: Apache-2.0
# The whole diagnosis on any text, and each reader alone.
if(TARGET tug_diagnose)
  tug_fuzzer(diag_text SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_diag_text.c LIBS tug_diagnose)
  foreach(reader tuglog nrfconnect logcat smpmgr mcumgrctl ios mcumgr boot device build dts pm conf hex)
    tug_fuzzer(diag_${reader} SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_diag_reader.c LIBS tug_diagnose)
    foreach(kind fuzz replay)
      if(TARGET ${kind}_diag_${reader})
        target_compile_definitions(${kind}_diag_${reader} PRIVATE TUG_READER=${reader})
        target_include_directories(${kind}_diag_${reader} PRIVATE ${PROJECT_SOURCE_DIR}/src/diagnose)
      endif()
    endforeach()
  endforeach()
endif()
