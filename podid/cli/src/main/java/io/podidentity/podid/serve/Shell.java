// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.podid.text.ShellWord;
import java.util.Locale;

/**
 * The shell for which lines to copy are printed. The names of the constants are the values of an option, which are in
 * lower case as those of all options.
 */
enum Shell {
    sh {
        @Override
        String assignment(String name, String value) {
            return "export " + name + "=" + quote(value);
        }

        @Override
        String firstLineOf(String file) {
            return "\"$(cat " + quote(file) + ")\"";
        }

        @Override
        String tokenRequest() {
            return "curl -H Metadata:true \"$AZURE_POD_IDENTITY_AUTHORITY_HOST" + TOKEN_PATH + "\"";
        }

        @Override
        String useEmptyConfigFolder() {
            return "export AZURE_CONFIG_DIR=\"$(mktemp -d)\"";
        }

        @Override
        String command(String... lines) {
            return String.join(" \\\n        ", lines);
        }

        @Override
        String quote(String text) {
            return ShellWord.quoted(text);
        }
    },

    powershell {
        @Override
        String assignment(String name, String value) {
            return "$env:" + name + " = " + quote(value);
        }

        @Override
        String firstLineOf(String file) {
            return "(Get-Content " + quote(file) + " -TotalCount 1)";
        }

        @Override
        String tokenRequest() {
            return "Invoke-RestMethod -Headers @{Metadata='true'} \"$env:AZURE_POD_IDENTITY_AUTHORITY_HOST" + TOKEN_PATH
                    + "\"";
        }

        @Override
        String useEmptyConfigFolder() {
            return "$env:AZURE_CONFIG_DIR = (New-Item -ItemType Directory (Join-Path $env:TEMP (New-Guid))).FullName";
        }

        @Override
        String command(String... lines) {
            return String.join(" `\n        ", lines);
        }

        @Override
        String quote(String text) {
            return "'" + text.replace("'", "''") + "'";
        }
    };

    private static final String TOKEN_PATH =
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/";

    /** The shell that users of an operating system have, by the name that Java has for the system. */
    static Shell usualOn(String operatingSystem) {
        boolean isWindows = operatingSystem.toLowerCase(Locale.ROOT).startsWith("windows");
        return isWindows ? powershell : sh;
    }

    /** Sets a variable for programs that are started afterwards. */
    abstract String assignment(String name, String value);

    /** The first line of a file as a word of a command. */
    abstract String firstLineOf(String file);

    /** Asks the metadata service for a token, as a program on the node does. */
    abstract String tokenRequest();

    /** Gives az a new folder for its configuration, so that the user's own sign-in stays as it is. */
    abstract String useEmptyConfigFolder();

    /** A command of several lines. */
    abstract String command(String... lines);

    /** A text as one word. */
    abstract String quote(String text);
}
