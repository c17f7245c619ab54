package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener;

/** Is told what becomes of the tokens of each identity, under the same conditions as a {@link TokenListener}. */
interface IdentityListener {

    /**
     * Something happened.
     *
     * @param identity the name of the identity whose token it is
     */
    void on(String identity, TokenListener.Event event);
}
