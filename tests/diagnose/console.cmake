# SPDX-License-Identifier: Apache-2.0
# src/diagnose: readers of consoles, and the boots they make. Restarts that the reader reports are recorded on the way.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  tug_test(diagnose_console SOURCES ${d}/console_test.c LIBS tug_diagnose)
  target_link_options(diagnose_console PRIVATE -Wl,--wrap=tug_dg_restarted)
endif()
