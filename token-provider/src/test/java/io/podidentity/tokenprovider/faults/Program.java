// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;

/** Each program that a developer signs in to, and what it prints when all is well. */
enum Program {
    AZ("az", "az", "{\"accessToken\":\"%s\",\"expires_on\":4102444800,\"tokenType\":\"Bearer\"}"),
    AZD("azd", "azd", "{\"token\":\"%s\",\"expiresOn\":\"2100-01-01T00:00:00Z\"}"),
    POWERSHELL("PowerShell", "pwsh", "{\"Token\":\"%s\",\"ExpiresOn\":4102444800}");

    private final String title;
    private final String file;
    private final String answer;

    Program(String title, String file, String answer) {
        this.title = title;
        this.file = file;
        this.answer = answer;
    }

    /** As messages call it. */
    String title() {
        return title;
    }

    /** The name of its file. */
    String file() {
        return file;
    }

    /** What it prints for a token. */
    String answer() {
        return answer.replace("%s", Fault.TOKEN_VALUE) + "\n";
    }

    TokenSource source(Environment environment) {
        return switch (this) {
            case AZ -> AzureCliTokenSource.ofMachine(environment);
            case AZD -> AzureDeveloperCliTokenSource.ofMachine(environment);
            case POWERSHELL -> AzurePowerShellTokenSource.ofMachine(environment);
        };
    }
}
