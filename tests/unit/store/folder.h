// A store in a folder of its own.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "store/sqlite_store.h"

namespace portreeve::store {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path file() const { return path_ / "portreeve.db"; }
  const std::filesystem::path& path() const { return path_; }

  std::unique_ptr<Store> Open() const {
    auto store = SqliteStore::Open(file());
    INFO(store.status());
    REQUIRE(store.ok());
    return *std::move(store);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace portreeve::store
