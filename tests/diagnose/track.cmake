# SPDX-License-Identifier: Apache-2.0
# src/diagnose: the tracker and the rows of a drawing, fed with frames and events directly.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_diagnose)
  tug_test(diagnose_track SOURCES ${d}/track_test.c LIBS tug_diagnose)
  tug_test(diagnose_track_form SOURCES ${d}/track_form_test.c LIBS tug_diagnose)
  tug_test(diagnose_track_link SOURCES ${d}/track_link_test.c LIBS tug_diagnose)
  tug_test(diagnose_track_rows SOURCES ${d}/track_rows_test.c LIBS tug_diagnose)
endif()
