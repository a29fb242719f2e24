# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_vdev AND TARGET tug_client)
  add_executable(soak_kill ${CMAKE_CURRENT_LIST_DIR}/soak.c)
  target_link_libraries(soak_kill PRIVATE tug_desk tug_flags)
  target_compile_definitions(soak_kill PRIVATE _GNU_SOURCE)
  add_test(NAME soak_50 COMMAND soak_kill 50)
  set_tests_properties(soak_50 PROPERTIES LABELS quick TIMEOUT 300)
  add_custom_target(soak COMMAND soak_kill 1000 USES_TERMINAL)
endif()
# real processes: `tug update` against `tug vdev DIR`
find_package(Python3 COMPONENTS Interpreter)
if(TARGET tug AND Python3_FOUND)
  add_test(NAME soak_tug COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/soak_tug.py $<TARGET_FILE:tug> 4)
  set_tests_properties(soak_tug PROPERTIES LABELS quick TIMEOUT 120)
  add_dependencies(soak tug)
  add_custom_command(TARGET soak POST_BUILD
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/soak_tug.py $<TARGET_FILE:tug> 50)
endif()
