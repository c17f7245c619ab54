// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

/**
 * A text with objects.
 *
 * @param file what positions in it call it
 * @param namespace of objects that name none
 */
record ManifestText(String file, String content, String namespace) {

    ManifestText(String file, String content) {
        this(file, content, "default");
    }
}
