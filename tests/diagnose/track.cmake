# SPDX-License-Identifier: Apache-2.0
# src/diagnose: the tracker and the rows of a drawing, fed with frames and events directly.
if(TARGET tug_diagnose)
  tug_test(diagnose_track SOURCES ${CMAKE_CURRENT_LIST_DIR}/track_test.c LIBS tug_diagnose)
endif()
