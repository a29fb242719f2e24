# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_boot AND TARGET tug_port_sim)
  add_library(tug_fuzz_world STATIC ${PROJECT_SOURCE_DIR}/tests/powerloss/world.c)
  target_include_directories(tug_fuzz_world PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(tug_fuzz_world PUBLIC tug_boot tug_port_sim PRIVATE tug_flags)
  tug_fuzzer(boot_flash SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_boot_flash.c LIBS tug_fuzz_world)
  tug_fuzzer(boot_decide SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_boot_decide.c LIBS tug_fuzz_world)
endif()
