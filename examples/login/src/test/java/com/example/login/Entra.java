package com.example.login;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import java.util.function.Consumer;

/** The emulated Azure of this application: its registration, which trusts the machine's identity, and a vault. */
@EmulatedAzure(customizers = Entra.Setup.class)
class Entra {
    private static final String APPLICATION = "c0ffee00-0000-4000-8000-000000000001";

    static final class Setup implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder azure) {
            azure.application(APPLICATION, "0b1ec700-0000-4000-8000-000000000001", "not used")
                    .redirectUri(APPLICATION, "http://localhost/login/oauth2/code/entra")
                    .redirectUri(APPLICATION, "http://localhost/signed-out")
                    .federatedCredential(
                            APPLICATION,
                            "https://login.microsoftonline.com/10000000-0000-4000-8000-000000000001/v2.0",
                            "20000000-0000-4000-8000-000000000002",
                            "api://AzureADTokenExchange")
                    .besideEntra(Vault::new);
        }
    }
}
