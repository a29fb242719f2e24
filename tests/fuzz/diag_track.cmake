# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_diagnose)
  tug_fuzzer(diag_frames SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_diag_frames.c LIBS tug_diagnose)
endif()
