#include "worker/agent/read_file_tool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "protocol/descriptor.h"
#include "protocol/utf8.h"

namespace longwire::agent {
namespace {

Error cannot_open(int number) {
    if (number == ELOOP || number == ENOTDIR) return Error{Errc::forbidden, "is no file, or behind a link", "path"};
    if (number == EACCES || number == EPERM) return Error{Errc::forbidden, "may not be read", "path"};
    return Error{Errc::not_found, std::strerror(number), "path"};
}

Result<Descriptor> open_below(const std::string& root, std::string_view path) {
    constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    // Without O_NONBLOCK a pipe would keep us waiting for somebody to write to it.
    constexpr int kFile = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    Descriptor at(::open(root.c_str(), kFolder));
    if (!at.is_open()) return Error{Errc::internal, "the root cannot be opened: " + std::string(std::strerror(errno))};
    for (;;) {
        const auto slash = path.find('/');
        const std::string name(path.substr(0, slash));
        const bool is_last = slash == std::string_view::npos;
        if (name == "..") return Error{Errc::forbidden, "must not go up", "path"};
        if (!name.empty() && (name != "." || is_last)) {
            Descriptor next(::openat(at.get(), name.c_str(), is_last ? kFile : kFolder | O_NOFOLLOW));
            if (!next.is_open()) return cannot_open(errno);
            at = std::move(next);
        }
        if (is_last) return at;
        path.remove_prefix(slash + 1);
    }
}

class ReadFile : public Tool {
  public:
    explicit ReadFile(std::string root) : root_(std::move(root)) {}
    ToolSpec spec() const override {
        return {"read_file", "Reads a text file.",
                schema_of({{"path", "its path, relative, such as notes/today.txt"}})};
    }
    Result<std::string> use(const boost::json::object& arguments, Task&) const override {
        LW_TRY(const auto path, text_argument(arguments, "path"));
        LW_TRY(auto text, read_below(root_, path, kToolTextBytesMax + 1));
        const auto whole = utf8_prefix(text, kToolTextBytesMax);
        if (!is_valid_utf8(whole)) return Error{Errc::bad_request, "is no text", "path"};
        return text;
    }

  private:
    std::string root_;
};

}  // namespace

Result<std::string> read_below(const std::string& root, const std::string& path, std::size_t bytes_max) {
    if (path.empty() || path.find('\0') != std::string::npos) return bad_request("path", "is no path");
    if (path.front() == '/') return Error{Errc::forbidden, "must be relative", "path"};
    LW_TRY(const auto file, open_below(root, path));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return Error{Errc::forbidden, "is no regular file", "path"};
    }
    std::string text;
    while (text.size() < bytes_max) {
        const auto had = text.size();
        text.resize(std::min(bytes_max, had + (16 << 10)));
        const auto got = ::read(file.get(), text.data() + had, text.size() - had);
        text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cannot_open(errno);
        if (got == 0) break;
    }
    return text;
}

std::unique_ptr<Tool> read_file_tool(std::string root) {
    return std::make_unique<ReadFile>(std::move(root));
}

}  // namespace longwire::agent
