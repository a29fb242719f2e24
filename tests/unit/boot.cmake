# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_boot AND TARGET tug_port_sim)
  add_library(tug_test_world STATIC ${PROJECT_SOURCE_DIR}/tests/powerloss/world.c)
  target_include_directories(tug_test_world PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(tug_test_world PUBLIC tug_boot tug_port_sim PRIVATE tug_flags)

  tug_test(unit_boot_states SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_states.c LIBS tug_test_world)
  tug_test(unit_boot_edges SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_edges.c LIBS tug_test_world)
  tug_test(unit_boot_scratch SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_scratch.c LIBS tug_test_world)
  tug_test(unit_boot_faults SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_faults.c LIBS tug_test_world)
  tug_test(unit_boot_xip SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_xip.c LIBS tug_test_world)
  tug_test(unit_boot_decide SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_decide.c LIBS tug_boot)
  tug_test(unit_boot_sim SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_sim.c LIBS tug_port_sim tug_base)
  if(TARGET tug_crypto_openssl AND TARGET tug_imgtool)
    tug_test(unit_boot_signed SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_signed.c
      LIBS tug_test_world tug_imgtool tug_crypto_openssl)
    tug_test(unit_boot_packed SOURCES ${CMAKE_CURRENT_LIST_DIR}/boot_packed.c
      LIBS tug_test_world tug_imgtool tug_crypto_openssl tug_lzma)
  endif()
endif()
