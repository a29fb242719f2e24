# SPDX-License-Identifier: Apache-2.0
if(TARGET tug AND TUG_TESTS)
  add_test(NAME bench_sign COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/sign.py $<TARGET_FILE:tug>)
  set_tests_properties(bench_sign PROPERTIES LABELS bench TIMEOUT 300 RUN_SERIAL TRUE)
endif()
