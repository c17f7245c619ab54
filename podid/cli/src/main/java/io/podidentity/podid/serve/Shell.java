// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.podid.text.ShellWord;
import java.util.Locale;

/** In whose language lines to copy are printed. */
enum Shell {
    sh(
            " \\\n        ",
            "export %s=%s",
            "\"$(cat %s)\"",
            "curl -H Metadata:true \"$AZURE_POD_IDENTITY_AUTHORITY_HOST%s\"",
            "export AZURE_CONFIG_DIR=\"$(mktemp -d)\""),
    powershell(
            " `\n        ",
            "$env:%s = %s",
            "(Get-Content %s -TotalCount 1)",
            "Invoke-RestMethod -Headers @{Metadata='true'} \"$env:AZURE_POD_IDENTITY_AUTHORITY_HOST%s\"",
            "$env:AZURE_CONFIG_DIR = (New-Item -ItemType Directory (Join-Path $env:TEMP (New-Guid))).FullName");

    private final String nextLine;
    private final String assignment;
    private final String firstLine;
    private final String request;
    private final String emptyFolder;

    Shell(String nextLine, String assignment, String firstLine, String request, String emptyFolder) {
        this.nextLine = nextLine;
        this.assignment = assignment;
        this.firstLine = firstLine;
        this.request = request;
        this.emptyFolder = emptyFolder;
    }

    static Shell usual(String operatingSystem) {
        return operatingSystem.toLowerCase(Locale.ROOT).startsWith("windows") ? powershell : sh;
    }

    /** Sets a variable for programs that are started afterwards. */
    String assignment(String name, String value) {
        return assignment.formatted(name, word(value));
    }

    /** The first line of a file as a word of a command. */
    String secretOf(String file) {
        return firstLine.formatted(word(file));
    }

    String request() {
        return request.formatted(
                "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/");
    }

    String emptyFolder() {
        return emptyFolder;
    }

    String command(String... parts) {
        return String.join(nextLine, parts);
    }

    private String word(String text) {
        return this == sh ? ShellWord.quoted(text) : "'" + text.replace("'", "''") + "'";
    }
}
