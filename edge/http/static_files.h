#pragma once

#include <map>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "protocol/shared_slice.h"

namespace longwire::edge::http {

/// The files of the web page, read once at start and served from memory: what a path names is what was there.
///
/// Thread: any, after load().
class StaticFiles {
  public:
    struct File {
        std::string content_type;
        SharedBytes body;
        bool is_immutable = false;  // its name changes with its contents
    };

    /// Reads all files below `directory`. Errors: it cannot be read, or holds more than 64 MiB.
    static Result<StaticFiles> load(const std::string& directory);

    /// The file for a request's path, "/" being the page itself; null if there is none.
    const File* find(std::string_view path) const;

    bool empty() const { return files_.empty(); }

  private:
    std::map<std::string, File, std::less<>> files_;
};

}  // namespace longwire::edge::http
