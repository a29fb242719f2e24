# SPDX-License-Identifier: Apache-2.0
# src/diagnose: likely causes of return codes.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  tug_test(diagnose_codes SOURCES ${d}/codes_test.c LIBS tug_diagnose)
endif()
