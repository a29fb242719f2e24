# SPDX-License-Identifier: Apache-2.0
# src/diagnose: readers of phone logs, and what they leave in the facts.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  tug_test(diagnose_phone SOURCES ${d}/phone_test.c ${d}/phone_log.c LIBS tug_diagnose TIMEOUT 300)
  tug_test(diagnose_phone_words SOURCES ${d}/phone_words_test.c ${d}/phone_log.c LIBS tug_diagnose)
endif()
