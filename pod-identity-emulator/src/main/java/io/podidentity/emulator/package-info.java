/** Entra ID, IMDS and Blob Storage played on loopback. */
@NullMarked
package io.podidentity.emulator;

import org.jspecify.annotations.NullMarked;
