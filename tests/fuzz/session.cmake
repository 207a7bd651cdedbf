portreeve_fuzz_target(session
  SOURCES model_extended.cc model_server.cc model_statements.cc session_rig.cc
  DEPS portreeve::session)
