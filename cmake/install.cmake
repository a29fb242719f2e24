# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: the program, its manual and completion, libraries, headers, tugboot.pc.
set(install_libs "")
foreach(lib
    tug_host tug_vdev tug_transport tug_diagnose tug_package tug_imgtool tug_client tug_server tug_boot tug_port_sim tug_port_common
    tug_crypto_openssl tug_lzma tug_image tug_smp_text tug_smp tug_base zcbor)
  if(TARGET ${lib})
    list(APPEND install_libs ${lib})
  endif()
endforeach()
install(TARGETS tug RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${install_libs} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tug DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME tug)

# Static libraries in the order a linker wants them: users before what they use.
set(pc_libs "")
foreach(lib ${install_libs})
  string(APPEND pc_libs " -l${lib}")
endforeach()
if(LIBSYSTEMD_FOUND)
  set(pc_ble " libsystemd")
else()
  set(pc_ble "")
endif()
# Relative to itself, so that `cmake --install --prefix` and moved trees work.
file(RELATIVE_PATH pc_to_prefix /x/${CMAKE_INSTALL_LIBDIR}/pkgconfig /x)
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/tugboot.pc.in ${PROJECT_BINARY_DIR}/tugboot.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tugboot.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
