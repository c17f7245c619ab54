@NullMarked
package io.podidentity.emulator.adal;

import org.jspecify.annotations.NullMarked;
