# SPDX-License-Identifier: Apache-2.0
# src/diagnose: readers of project files and build output, and what they leave in the facts; lint over real samples.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  tug_test(diagnose_conf SOURCES ${d}/conf_test.c LIBS tug_diagnose)
endif()
