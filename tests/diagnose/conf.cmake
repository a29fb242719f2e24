# SPDX-License-Identifier: Apache-2.0
# src/diagnose: readers of project files and build output, and what they leave in the facts; lint over real samples.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  tug_test(diagnose_conf SOURCES ${d}/conf_test.c LIBS tug_diagnose)
  add_executable(diagnose_samples ${d}/samples_test.c)
  target_compile_definitions(diagnose_samples PRIVATE _GNU_SOURCE)
  target_link_libraries(diagnose_samples PRIVATE tug_diagnose tug_flags)
  add_test(NAME diagnose_samples COMMAND diagnose_samples ${d}/samples)
  set_tests_properties(diagnose_samples PROPERTIES TIMEOUT 120)
endif()
