// What a client does before and beside streaming: properties, creating a pin, a pin's whole life.
#include "pins/sides.h"

namespace ksbox::bench {

Program program() {
    Question property{.name = "property",
                      .title = "property round trip",
                      .batch = 64,
                      .counted = 1'000,
                      .smoke = 20,
                      .aims = {},
                      .cases = {{Side::ksbox, property_requests},
                                {Side::limit, handler_calls},
                                {Side::gstreamer, property_reads}}};
    Question create{.name = "create_close",
                    .title = "KsCreatePin2 + CloseHandle",
                    .batch = 16,
                    .counted = 200,
                    .smoke = 20,
                    .aims = {},
                    .cases = {{Side::ksbox, pin_creations},
                              {Side::limit, device_opens},
                              {Side::gstreamer, request_pads}}};
    Question life{.name = "pin_life",
                  .title = "pin create, RUN, STOP, close",
                  .batch = 16,
                  .counted = 200,
                  .smoke = 20,
                  .aims = {{Side::gstreamer, 1.0 / 10}},
                  .cases = {{Side::ksbox, pin_lives},
                            {Side::limit, device_opens},
                            {Side::gstreamer, element_lives}}};
    return {.questions = {property, create, life}, .slopes = {}};
}

} // namespace ksbox::bench
