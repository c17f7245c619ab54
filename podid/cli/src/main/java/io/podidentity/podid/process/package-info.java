/**
 * The processes of podid: a program that a command runs in its own place ({@code Child}), and the end of podid itself
 * ({@code Shutdown}).
 */
@NullMarked
package io.podidentity.podid.process;

import org.jspecify.annotations.NullMarked;
