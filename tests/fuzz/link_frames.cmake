portreeve_fuzz_target(link_frames DEPS portreeve::link)
