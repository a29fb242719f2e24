# SPDX-License-Identifier: Apache-2.0
# The signing library against the real imgtool. Skips loudly (exit 77) when imgtool could not be fetched.
if(TARGET tug_imgtool)
  add_executable(imgtool_driver ${CMAKE_CURRENT_LIST_DIR}/imgtool_driver.c)
  target_link_libraries(imgtool_driver PRIVATE tug_imgtool tug_flags)
  add_test(NAME interop_imgtool
    COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/imgtool_matrix.py $<TARGET_FILE:imgtool_driver> ${PROJECT_SOURCE_DIR}/build)
  add_test(NAME interop_imgtool_encrypt
    COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/imgtool_encrypt.py $<TARGET_FILE:imgtool_driver> ${PROJECT_SOURCE_DIR}/build)
  set_tests_properties(interop_imgtool interop_imgtool_encrypt PROPERTIES LABELS interop SKIP_RETURN_CODE 77 TIMEOUT 900)
endif()
