/** Reads manifests and decodes them as a profile would: start at {@code ManifestReader}. */
@NullMarked
package io.podidentity.emulator.manifest;

import org.jspecify.annotations.NullMarked;
