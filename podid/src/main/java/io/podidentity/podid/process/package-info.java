/** A program that a command runs in its own place: start at {@code Child}. */
@NullMarked
package io.podidentity.podid.process;

import org.jspecify.annotations.NullMarked;
