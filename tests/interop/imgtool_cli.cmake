# SPDX-License-Identifier: Apache-2.0
# `tug file` and imgtool given the same command lines. Skips loudly (exit 77) when imgtool could not be fetched.
if(TARGET tug)
  add_test(NAME interop_imgtool_cli
    COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/imgtool_cli.py $<TARGET_FILE:tug> ${PROJECT_SOURCE_DIR}/build)
  set_tests_properties(interop_imgtool_cli PROPERTIES LABELS interop SKIP_RETURN_CODE 77 TIMEOUT 900)
endif()
