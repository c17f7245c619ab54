// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.certificate.CertificateReader;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import io.podidentity.tokenprovider.internal.source.SmallFile;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.Secret;

/** A certificate in a file, as proof of identity. The file is read for each exchange, because a renewal replaces it. */
public final class CertificateFile implements EntraCredential {
    private final String path;
    private final String setting;
    private final @Nullable Secret password;
    private final boolean withChain;

    public CertificateFile(String path, String setting, @Nullable Secret password, boolean withChain) {
        this.path = path;
        this.setting = setting;
        this.password = password;
        this.withChain = withChain;
    }

    @Override
    public EntraSession.Answer signIn(EntraSession session) throws InterruptedException {
        byte[] contents = SmallFile.readBytes(path, setting, "Correct " + setting + ".");
        String origin = "the file of " + setting + ", " + Excerpt.of(path, 120) + ",";
        return session.present(session.sign(CertificateReader.read(contents, password, origin), withChain));
    }
}
