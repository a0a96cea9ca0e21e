#include "cli/gdb.h"

#include <fstream>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/failures.h"

namespace ksbox::cli {

namespace {

constexpr int poll_ms = 100;

bool traced() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("TracerPid:"))
            return line.find_first_of("123456789") != std::string::npos;
    return false;
}

} // namespace

std::string gdb_script(const LoadedImage &image) {
    std::string sections;
    std::uint64_t text = image.base;
    for (const LoadedImage::Section &section : image.sections)
        if (section.name == ".text")
            text = section.address;
        else
            sections += fmt::format(" -s {} {:#x}", section.name, section.address);
    return fmt::format("set confirm off\n"
                       "# ksbox itself lives on these: trapped instructions, its watchdog\n"
                       "handle all nostop noprint pass\n"
                       "add-symbol-file {} {:#x}{}\n"
                       "# by a debug register: an int3 would be taken for the driver's own\n"
                       "hbreak *{:#x}\n"
                       "continue\n",
                       image.file.string(), text, sections, image.entry);
}

void wait_for_debugger(const LoadedImage &image, const std::function<bool()> &given_up) {
    std::filesystem::path script =
        std::filesystem::temp_directory_path() / fmt::format("ksbox-{}.gdb", getpid());
    std::ofstream file(script);
    file << gdb_script(image);
    file.close();
    if (!file)
        throw BadInput(script.string() + " cannot be written");
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); // where only parents may trace
    fmt::print(stderr, "ksbox: waiting for: gdb -p {} -x {}\n", getpid(), script.string());
    while (!traced() && !given_up())
        poll(nullptr, 0, poll_ms);
}

} // namespace ksbox::cli
