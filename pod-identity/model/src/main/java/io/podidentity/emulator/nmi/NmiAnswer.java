// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.http.Answer;

/**
 * What NMI answers, and the namespace that its metrics have for it.
 *
 * @param namespace of the pod that asks, or that the request names; empty if NMI does not know the pod
 */
record NmiAnswer(Answer http, String namespace) {

    static NmiAnswer toUnknownPod(Answer http) {
        return new NmiAnswer(http, "");
    }
}
