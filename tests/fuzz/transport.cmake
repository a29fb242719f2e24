# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_transport)
  tug_fuzzer(url SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_url.c LIBS tug_transport)
  if(TUG_FUZZ)
    target_include_directories(fuzz_url PRIVATE ${PROJECT_SOURCE_DIR})
  else()
    target_include_directories(replay_url PRIVATE ${PROJECT_SOURCE_DIR})
  endif()
endif()
