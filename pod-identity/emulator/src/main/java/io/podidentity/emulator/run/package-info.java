/** The servers, and the cluster that they serve: start at {@code Servers}. */
@NullMarked
package io.podidentity.emulator.run;

import org.jspecify.annotations.NullMarked;
