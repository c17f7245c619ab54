// SPDX-License-Identifier: Apache-2.0
package com.example.login;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** The application and its registration, whose credential is the identity of the machine. */
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = LoginApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "spring.config.name=login")
@EmulatedAzure(customizers = EntraLogin.Registration.class)
@interface EntraLogin {
    String APPLICATION = "c0ffee00-0000-4000-8000-000000000001";

    /** What an administrator sets up once. Tokens live so shortly that each request has to renew them. */
    final class Registration implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder azure) {
            azure.tokenLifetime(Duration.ofSeconds(30))
                    .application(APPLICATION, "0b1ec700-0000-4000-8000-000000000001", "not used")
                    .redirectUri(APPLICATION, "http://localhost/login/oauth2/code/entra")
                    .federatedCredential(
                            APPLICATION,
                            "https://login.microsoftonline.com/10000000-0000-4000-8000-000000000001/v2.0",
                            "20000000-0000-4000-8000-000000000002",
                            "api://AzureADTokenExchange");
        }
    }
}
