// What a driver's file says about itself, read without running it. Any PE can be asked: x86 images,
// DLLs and programs too.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ksbox/guid.h"

namespace ksbox {

/// How complete ksbox's version of an imported function is.
enum class ImportState : std::uint8_t {
    done,    ///< behaves as its page says
    partial, ///< some documented cases stop the driver with a message
    stub,    ///< known by name: calling it stops the driver with the function's name
    missing  ///< not known at all: the same
};
const char *to_string(ImportState state);

struct ImageFacts {
    std::string file_name;  ///< "camera.sys"
    std::string machine;    ///< "x64", "x86", "ARM64", "machine 0x1234"
    std::string subsystem;  ///< "native", "Windows GUI", …
    bool dll = false;       ///< IMAGE_FILE_DLL; kernel-mode libraries have it too
    bool pe32_plus = false; ///< the 64-bit form of the headers
    bool is_signed = false; ///< carries an Authenticode signature, whose validity is not checked
    std::uint32_t timestamp = 0; ///< seconds since 1970, or a hash of the build
    std::uint32_t checksum = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t image_bytes = 0; ///< in memory
    std::uint64_t preferred_base = 0;
    std::uint32_t entry_rva = 0;

    struct Section {
        std::string name;
        std::uint32_t rva = 0, memory_bytes = 0, file_bytes = 0;
        bool executable = false, writable = false, discardable = false;
    };
    std::vector<Section> sections;

    struct Import {
        std::string name; ///< "IoCreateDevice", "#12" for an ordinal
        ImportState state = ImportState::missing;
        std::string page; ///< its documentation page, "NF:wdm.IoCreateDevice"; may be empty
    };
    struct Module {
        std::string name; ///< as spelled in the file: "ntoskrnl.exe"
        std::vector<Import> imports;
    };
    std::vector<Module> modules;
    std::size_t exports = 0;

    struct Pdb {
        std::string path; ///< as the linker wrote it
        Guid guid;
        std::uint32_t age = 0;
    };
    std::optional<Pdb> pdb;

    struct Version {
        std::array<std::uint16_t, 4> file{}, product{};
        std::string company, description, product_name; ///< UTF-8; may be empty
    };
    std::optional<Version> version;

    std::vector<std::string> damage; ///< tables that make no sense, one sentence each
    std::string refusal;             ///< why ksbox cannot run it, one clause; empty: it can
};

/// Throws Error with one line when the file cannot be read, is no PE or is cut short.
ImageFacts read_image_facts(const std::filesystem::path &file);

} // namespace ksbox
