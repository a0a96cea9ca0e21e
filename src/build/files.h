// The files that reading a project asks for: those of the disk, or of a test's memory.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ksbox::build {

class Files {
  public:
    virtual ~Files() = default;

    struct Entry {
        std::string name;
        bool folder = false;
    };
    /// By name; none where there is no such folder.
    virtual std::vector<Entry> list(const std::filesystem::path &folder) const = 0;
    virtual bool is_file(const std::filesystem::path &path) const = 0;
    virtual bool is_folder(const std::filesystem::path &path) const = 0;
    /// The error says why not: "is not there", "cannot be read: …".
    virtual std::expected<std::string, std::string>
    read(const std::filesystem::path &path) const = 0;

    bool exists(const std::filesystem::path &path) const {
        return is_file(path) || is_folder(path);
    }
};

class DiskFiles : public Files {
  public:
    std::vector<Entry> list(const std::filesystem::path &folder) const override;
    bool is_file(const std::filesystem::path &path) const override;
    bool is_folder(const std::filesystem::path &path) const override;
    std::expected<std::string, std::string> read(const std::filesystem::path &path) const override;
};

/// A tree of absolute paths with what is in them.
class MemoryFiles : public Files {
  public:
    void add(const std::filesystem::path &path, std::string content) {
        files_[path.lexically_normal().generic_string()] = std::move(content);
    }
    std::vector<Entry> list(const std::filesystem::path &folder) const override;
    bool is_file(const std::filesystem::path &path) const override;
    bool is_folder(const std::filesystem::path &path) const override;
    std::expected<std::string, std::string> read(const std::filesystem::path &path) const override;

  private:
    std::map<std::string, std::string> files_;
};

} // namespace ksbox::build
