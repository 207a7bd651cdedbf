portreeve_fuzz_target(session
  SOURCES model_server.cc model_statements.cc session_rig.cc
  DEPS portreeve::session)
