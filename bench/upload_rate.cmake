# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_transport)
  add_executable(bench_relay ${CMAKE_CURRENT_LIST_DIR}/relay.c ${CMAKE_CURRENT_LIST_DIR}/lane.c)
  target_include_directories(bench_relay PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(bench_relay PRIVATE _GNU_SOURCE)
  target_link_libraries(bench_relay PRIVATE tug_transport tug_smp tug_flags)
  if(TARGET tug AND TUG_TESTS)
    add_test(NAME bench_upload_rate
      COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/upload_rate.py --tug $<TARGET_FILE:tug>
        --relay $<TARGET_FILE:bench_relay>)
    set_tests_properties(bench_upload_rate PROPERTIES LABELS bench TIMEOUT 1500 RUN_SERIAL TRUE)
  endif()
endif()
