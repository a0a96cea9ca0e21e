// A box with SysAudio.
#include "conformance/virtual_devices.h"

namespace ksbox::testing {

VirtualDevices::~VirtualDevices() {
    if (!traced.box().stopped())
        EXPECT_THAT(sysaudio.unload(), ::testing::IsEmpty());
}

Driver &VirtualDevices::load(const std::string &name, std::size_t devices) {
    Driver &driver = traced.load(name);
    await_devices(devices);
    return driver;
}

void VirtualDevices::await(const std::function<bool()> &condition) {
    for (int tries = 0; tries < 1000 && !condition(); ++tries)
        traced.box().run_for(std::chrono::milliseconds(10));
}

void VirtualDevices::await_devices(std::size_t count) {
    await([&] { return devices().size() == count; });
    ASSERT_EQ(devices().size(), count);
}

Filter VirtualDevices::open_sysaudio() {
    const auto found = client.interfaces(sysaudio_category);
    if (found.size() != 1)
        throw Error(0, "not one interface of KSCATEGORY_SYSAUDIO");
    return client.open_filter(found[0].path);
}

Filter VirtualDevices::open_device(std::size_t index) {
    return client.open_filter(devices().at(index).path);
}

Answer VirtualDevices::get(KsObject &file, const Guid &set, std::uint32_t id,
                           const std::vector<std::byte> &more, std::size_t room_bytes) {
    return send(file.client(), file.handle(), IOCTL_KS_PROPERTY,
                joined(identifier(set, id, KSPROPERTY_TYPE_GET), more), room(room_bytes));
}

std::uint32_t VirtualDevices::set(KsObject &file, const Guid &set, std::uint32_t id,
                                  const std::vector<std::byte> &value,
                                  const std::vector<std::byte> &more) {
    return send(file.client(), file.handle(), IOCTL_KS_PROPERTY,
                joined(identifier(set, id, KSPROPERTY_TYPE_SET), more), value)
        .status;
}

std::uint32_t VirtualDevices::choose(Filter &file, std::uint32_t device) {
    return set(file, sysaudio_set, sysaudio_property::device_instance, bytes_of(device));
}

std::uint32_t VirtualDevices::count(Filter &file) {
    return file.get_as<std::uint32_t>(sysaudio_set, sysaudio_property::device_count);
}

std::u16string VirtualDevices::text_of(const Answer &answer) {
    std::u16string text(answer.information / sizeof(char16_t), u'\0');
    std::memcpy(text.data(), answer.bytes.data(),
                std::min(answer.bytes.size(), text.size() * sizeof(char16_t)));
    text.resize(std::min(text.find(u'\0'), text.size()));
    return text;
}

std::vector<std::string> VirtualDevices::told(const std::string &kind, const char *field) {
    std::vector<std::string> texts;
    for (const Event &event : matching(traced.events(), kind))
        texts.push_back(event.value(field, ""));
    return texts;
}

} // namespace ksbox::testing
