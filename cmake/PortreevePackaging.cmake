# What `cmake --install` puts where, and the .deb files: one component, one package, one program.
# `cpack -G DEB` in the build folder of the preset `release` writes them to packages/.
if(NOT TARGET portreeve-gateway OR NOT TARGET portreeve-agent OR NOT TARGET portreeve)
  message(STATUS "No packages: a program is missing")
  return()
endif()

set(deb_source "${CMAKE_SOURCE_DIR}/deploy/debian")
set(deb_build "${CMAKE_BINARY_DIR}/debian")
set(CPACK_COMPONENTS_ALL gateway agent cli)
set(package_gateway portreeve-gateway)
set(package_agent portreeve-agent)
set(package_cli portreeve)
file(MAKE_DIRECTORY "${deb_build}")

foreach(component ${CPACK_COMPONENTS_ALL})
  set(package ${package_${component}})
  install(TARGETS ${package} RUNTIME DESTINATION usr/bin COMPONENT ${component})
  install(FILES "${deb_source}/copyright" DESTINATION usr/share/doc/${package}
    COMPONENT ${component})

  # Debian wants both compressed, without a time stamp, so that a build can be repeated.
  foreach(section 1 8)
    set(page "${deb_source}/${package}.${section}")
    if(EXISTS "${page}")
      execute_process(COMMAND gzip -9nc "${page}"
        OUTPUT_FILE "${deb_build}/${package}.${section}.gz" COMMAND_ERROR_IS_FATAL ANY)
      install(FILES "${deb_build}/${package}.${section}.gz"
        DESTINATION usr/share/man/man${section} COMPONENT ${component})
    endif()
  endforeach()
  configure_file("${deb_source}/changelog.in" "${deb_build}/${package}/changelog" @ONLY)
  execute_process(COMMAND gzip -9nc "${deb_build}/${package}/changelog"
    OUTPUT_FILE "${deb_build}/${package}/changelog.gz" COMMAND_ERROR_IS_FATAL ANY)
  install(FILES "${deb_build}/${package}/changelog.gz" DESTINATION usr/share/doc/${package}
    COMPONENT ${component})
endforeach()

foreach(component gateway agent)
  set(package ${package_${component}})
  install(FILES "${CMAKE_SOURCE_DIR}/deploy/systemd/${package}.service"
    DESTINATION lib/systemd/system COMPONENT ${component})
  install(FILES "${CMAKE_SOURCE_DIR}/deploy/systemd/${package}.sysusers.conf"
    DESTINATION usr/lib/sysusers.d RENAME ${package}.conf COMPONENT ${component})
  install(FILES "${deb_source}/etc/${component}.yaml" DESTINATION etc/portreeve
    COMPONENT ${component})
  string(TOUPPER ${component} upper)
  foreach(script postinst prerm postrm)
    configure_file("${deb_source}/${script}.in" "${deb_build}/${package}/${script}" @ONLY
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
        WORLD_READ WORLD_EXECUTE)
  endforeach()
  configure_file("${deb_source}/${component}.conffiles" "${deb_build}/${package}/conffiles"
    COPYONLY)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA
    "${deb_build}/${package}/postinst;${deb_build}/${package}/prerm"
    "${deb_build}/${package}/postrm;${deb_build}/${package}/conffiles")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers")
endforeach()
install(FILES "${deb_source}/etc/policy.yaml" DESTINATION etc/portreeve COMPONENT gateway)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME portreeve)
set(CPACK_PACKAGE_VENDOR "Portreeve")
set(CPACK_PACKAGE_CONTACT "Portreeve maintainers <maintainers@portreeve.invalid>")
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX "/")
set(CPACK_SET_DESTDIR OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# For `connect` and `exec`.
set(CPACK_DEBIAN_CLI_PACKAGE_RECOMMENDS postgresql-client)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_GATEWAY_PACKAGE_NAME portreeve-gateway)
set(CPACK_DEBIAN_AGENT_PACKAGE_NAME portreeve-agent)
set(CPACK_DEBIAN_CLI_PACKAGE_NAME portreeve)
set(CPACK_DEBIAN_GATEWAY_DESCRIPTION "identity-aware access gateway for PostgreSQL
The gateway checks who opens a PostgreSQL session and what each statement may
do, and keeps a record of every statement before it reaches the server.")
set(CPACK_DEBIAN_AGENT_DESCRIPTION "agent of the Portreeve gateway for PostgreSQL
The agent stands beside the database servers, dials out to the gateway over
mutual TLS and connects only to the servers in its own configuration.")
set(CPACK_DEBIAN_CLI_DESCRIPTION "command line of the Portreeve gateway for PostgreSQL
For operators of a Portreeve gateway: enrol agents, read the audit journal,
and run a whole Portreeve on one machine to try it.")
include(CPack)
