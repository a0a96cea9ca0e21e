// PipeWire: its mixing node, SPA's audio.mixer, with a port for each stream; loaded as a graph
// would load it, and processed without one.
#include <dlfcn.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <spa/buffer/buffer.h>
#include <spa/node/command.h>
#include <spa/node/io.h>
#include <spa/node/node.h>
#include <spa/param/audio/raw-utils.h>
#include <spa/param/param.h>
#include <spa/support/cpu.h>
#include <spa/support/plugin.h>
#include <spa/utils/names.h>

#include "mix/sides.h"

namespace ksbox::bench {

namespace {

void check(int result, const char *what) {
    if (result < 0)
        throw std::runtime_error(std::string("PipeWire's mixer: ") + what + " failed");
}

/// An object of a plugin, whose library stays loaded.
class Handle {
  public:
    Handle(const std::string &library, const std::string &name,
           const std::vector<spa_support> &support) {
        const spa_handle_factory *factory = find(library, name);
        memory_.resize(spa_handle_factory_get_size(factory, nullptr) / sizeof(std::max_align_t) +
                       1);
        check(spa_handle_factory_init(factory, get(), nullptr, support.data(),
                                      static_cast<std::uint32_t>(support.size())),
              "making it");
    }
    ~Handle() { spa_handle_clear(get()); }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;

    void *interface(const char *type) {
        void *found = nullptr;
        check(spa_handle_get_interface(get(), type, &found), type);
        return found;
    }

  private:
    static const spa_handle_factory *find(const std::string &library, const std::string &name) {
        const std::string path = KSBOX_SPA_PLUGINS "/" + library + ".so";
        void *loaded = dlopen(path.c_str(), RTLD_NOW);
        if (loaded == nullptr)
            throw std::runtime_error(std::string("no peer: ") + dlerror());
        const auto next = reinterpret_cast<spa_handle_factory_enum_func_t>(
            dlsym(loaded, SPA_HANDLE_FACTORY_ENUM_FUNC_NAME));
        const spa_handle_factory *factory = nullptr;
        for (std::uint32_t index = 0; next != nullptr && next(&factory, &index) > 0;)
            if (factory->name == name)
                return factory;
        throw std::runtime_error(path + " makes no " + name);
    }

    spa_handle *get() { return reinterpret_cast<spa_handle *>(memory_.data()); }

    std::vector<std::max_align_t> memory_;
};

/// One port with one buffer.
struct Port {
    spa_io_buffers io = {SPA_STATUS_NEED_DATA, SPA_ID_INVALID};
    spa_chunk chunk{};
    spa_data data{};
    spa_buffer buffer{};

    void set_up(spa_node *node, spa_direction direction, std::uint32_t id, void *samples) {
        constexpr std::uint32_t bytes = block_samples * sizeof(float);
        std::uint8_t space[1024];
        spa_pod_builder builder;
        spa_pod_builder_init(&builder, space, sizeof space);
        spa_audio_info_raw info{};
        info.format = SPA_AUDIO_FORMAT_F32;
        info.rate = 48'000;
        info.channels = block_channels;
        info.position[0] = SPA_AUDIO_CHANNEL_FL;
        info.position[1] = SPA_AUDIO_CHANNEL_FR;
        const spa_pod *format = spa_format_audio_raw_build(&builder, SPA_PARAM_Format, &info);
        check(spa_node_port_set_param(node, direction, id, SPA_PARAM_Format, 0, format),
              "setting the format");

        chunk = {.offset = 0, .size = bytes, .stride = block_channels * sizeof(float), .flags = 0};
        data.type = SPA_DATA_MemPtr;
        data.flags = SPA_DATA_FLAG_READWRITE;
        data.fd = -1;
        data.maxsize = bytes;
        data.data = samples;
        data.chunk = &chunk;
        buffer = {.n_metas = 0, .n_datas = 1, .metas = nullptr, .datas = &data};
        spa_buffer *buffers[] = {&buffer};
        check(spa_node_port_use_buffers(node, direction, id, 0, buffers, 1), "taking a buffer");
        check(spa_node_port_set_io(node, direction, id, SPA_IO_Buffers, &io, sizeof io),
              "taking an area");
    }
};

class Node {
  public:
    explicit Node(unsigned count) : streams_(count, Kind::f32), inputs_(count) {
        sum_.lines.resize(sum_.bytes() / sizeof(Stream::Line));
        output_.set_up(node_, SPA_DIRECTION_OUTPUT, 0, sum_.samples());
        for (std::uint32_t i = 0; i < count; ++i) {
            check(spa_node_add_port(node_, SPA_DIRECTION_INPUT, i, nullptr), "adding a port");
            inputs_[i].set_up(node_, SPA_DIRECTION_INPUT, i, streams_.all[i].samples());
        }
        const spa_command start = SPA_NODE_COMMAND_INIT(SPA_NODE_COMMAND_Start);
        check(spa_node_send_command(node_, &start), "starting");
    }

    void process(std::uint64_t blocks) {
        for (std::uint64_t i = 0; i < blocks; ++i) {
            for (Port &one : inputs_)
                one.io = {SPA_STATUS_HAVE_DATA, 0};
            output_.io.status = SPA_STATUS_NEED_DATA;
            check(spa_node_process(node_), "processing");
            if (output_.io.status != SPA_STATUS_HAVE_DATA)
                throw std::runtime_error("PipeWire's mixer gave no block");
        }
        streams_.check({reinterpret_cast<const float *>(sum_.samples()), block_samples});
    }

  private:
    // What the processor can do, which the node asks for.
    Handle cpu_{"support/libspa-support", SPA_NAME_SUPPORT_CPU, {}};
    Handle mixer_{"audiomixer/libspa-audiomixer",
                  "audio.mixer",
                  {{SPA_TYPE_INTERFACE_CPU, cpu_.interface(SPA_TYPE_INTERFACE_CPU)}}};
    spa_node *const node_ = static_cast<spa_node *>(mixer_.interface(SPA_TYPE_INTERFACE_Node));
    Streams streams_;
    Stream sum_;
    std::vector<Port> inputs_;
    Port output_;
};

} // namespace

Work process_a_node(unsigned count) {
    return [node = std::make_shared<Node>(count)](std::uint64_t blocks) { node->process(blocks); };
}

} // namespace ksbox::bench
