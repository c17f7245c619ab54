// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzureSettings;
import java.util.Map;

/** An application that uses an emulator, whatever variables the shell has. */
record EmulatedAzure(PodIdentityEmulator azure) {

    /** The application's settings for this emulator. */
    Map<String, Object> settings() {
        Map<String, Object> settings = EmulatedAzureSettings.of(azure);
        settings.put("demo.storage.endpoint", azure.storage().toString());
        settings.put("demo.storage.container", "samples");
        return settings;
    }

    /** The same, and that the storage client trusts its certificate. */
    Map<String, Object> trusted() {
        Map<String, Object> settings = settings();
        settings.put("demo.storage.ssl-bundle", "emulated-azure");
        return settings;
    }
}
