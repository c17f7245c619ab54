@NullMarked
package io.podidentity.emulator.nmi;

import org.jspecify.annotations.NullMarked;
