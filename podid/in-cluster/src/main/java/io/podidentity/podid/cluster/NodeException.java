// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

/** What the node does not let NMI do, in a whole sentence. */
final class NodeException extends Exception {

    private static final long serialVersionUID = 1;

    NodeException(String message) {
        super(message);
    }
}
