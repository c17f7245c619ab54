package io.podidentity.podid.serve;

import io.podidentity.podid.text.ShellWord;
import java.util.Locale;

/** In whose language lines to copy are printed. */
enum Shell {
    sh(" \\\n        ") {
        @Override
        String assignment(String name, String value) {
            return "export " + name + "=" + ShellWord.quoted(value);
        }

        @Override
        String secretOf(String file) {
            return "\"$(cat " + ShellWord.quoted(file) + ")\"";
        }

        @Override
        String request() {
            return "curl -H Metadata:true \"$AZURE_POD_IDENTITY_AUTHORITY_HOST" + TOKEN_PATH + "\"";
        }

        @Override
        String emptyFolder() {
            return "export AZURE_CONFIG_DIR=\"$(mktemp -d)\"";
        }
    },
    powershell(" `\n        ") {
        @Override
        String assignment(String name, String value) {
            return "$env:" + name + " = " + word(value);
        }

        @Override
        String secretOf(String file) {
            return "(Get-Content " + word(file) + " -TotalCount 1)";
        }

        @Override
        String request() {
            return "Invoke-RestMethod -Headers @{Metadata='true'} \"$env:AZURE_POD_IDENTITY_AUTHORITY_HOST" + TOKEN_PATH
                    + "\"";
        }

        @Override
        String emptyFolder() {
            return "$env:AZURE_CONFIG_DIR = (New-Item -ItemType Directory (Join-Path $env:TEMP (New-Guid))).FullName";
        }

        private static String word(String text) {
            return "'" + text.replace("'", "''") + "'";
        }
    };

    private static final String TOKEN_PATH =
            "/metadata/identity/oauth2/token?api-version=2018-02-01" + "&resource=https://storage.azure.com/";

    private final String nextLine;

    Shell(String nextLine) {
        this.nextLine = nextLine;
    }

    static Shell usual(String operatingSystem) {
        return operatingSystem.toLowerCase(Locale.ROOT).startsWith("windows") ? powershell : sh;
    }

    /** Sets a variable for programs that are started afterwards. */
    abstract String assignment(String name, String value);

    /** The first line of a file as a word of a command. */
    abstract String secretOf(String file);

    /** Asks the metadata service for a token. */
    abstract String request();

    /** Gives az a folder of its own. */
    abstract String emptyFolder();

    String command(String... parts) {
        return String.join(nextLine, parts);
    }
}
