# SPDX-License-Identifier: Apache-2.0
# src/diagnose: rules against minimal inputs.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  add_executable(diagnose_rules ${d}/rules_test.c)
  target_compile_definitions(diagnose_rules PRIVATE _GNU_SOURCE)
  target_link_libraries(diagnose_rules PRIVATE tug_diagnose tug_flags)
  add_test(NAME diagnose_rules COMMAND diagnose_rules ${d}/rules)
  set_tests_properties(diagnose_rules PROPERTIES TIMEOUT 300)
endif()
