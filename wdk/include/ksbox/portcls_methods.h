// How the supplement declares a COM interface: one list of methods gives both the interface's pure
// methods and the IMP_ macro that an implementing class declares them with.
#ifndef KSBOX_WDK_PORTCLS_METHODS_H
#define KSBOX_WDK_PORTCLS_METHODS_H

#define KSBOX_PURE_METHOD(type, name, parameters)                                                  \
    virtual type STDMETHODCALLTYPE name parameters = 0;
#define KSBOX_OWN_METHOD(type, name, parameters) STDMETHODIMP_(type) name parameters;

// An interface whose methods KSBOX_<name>(METHOD) lists, in the order of their slots.
#define KSBOX_INTERFACE(name, base)                                                                \
    DECLARE_INTERFACE_(name, base) {                                                               \
        KSBOX_##name(KSBOX_PURE_METHOD)                                                            \
    }

#endif
