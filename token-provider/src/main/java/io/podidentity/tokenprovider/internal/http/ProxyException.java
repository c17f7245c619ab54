// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import java.io.IOException;

/** A proxy did not lead to the server. The message is safe to show. */
public final class ProxyException extends IOException {
    @java.io.Serial
    private static final long serialVersionUID = 1L;

    private final String remedy;
    private final boolean refusal;

    ProxyException(String message, String remedy, boolean refusal, @Nullable Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
        this.refusal = refusal;
    }

    public String remedy() {
        return remedy;
    }

    /** Whether the proxy refused, so that another try would fail too. */
    public boolean isRefusal() {
        return refusal;
    }
}
