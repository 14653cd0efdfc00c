"""The model card: what the shipped embedder is, what it was made of, under which licences, how good it is."""

from __future__ import annotations

from collections.abc import Mapping

_SOURCES = """\
| source | licence | attribution |
|---|---|---|
| microsoft/botframework-solutions, Chinese personality-chat question sets | MIT | Copyright (c) Microsoft Corporation |
| thu-coai/CrossWOZ (validation and test dialogues) | Apache-2.0 | CrossWOZ, Zhu et al. 2020, Tsinghua CoAI |
| thu-coai/KdConv (validation and test dialogues) | Apache-2.0 | KdConv, Zhou et al. 2020, Tsinghua CoAI |
| gunthercox/chatterbot-corpus | BSD-3-Clause | Copyright (c) 2017, Gunther Cox |
| home-assistant/intents | CC BY 4.0 | Home Assistant intents contributors, CC BY 4.0 |
| Tatoeba (Chinese-English sentence pairs) | CC BY 2.0 FR | Tatoeba.org contributors, CC BY 2.0 FR |
| Chinese Open Wordnet (omwn/omw-data, wns/cow) | WordNet-style | Copyright 2013, 2014 Francis Bond and Shan Wang |
| openstreetmap/id-tagging-schema | ISC | Copyright (c) iD Contributors |
| Microsoft Docs (Alchemy Insights, Dynamics 365, Partner Center) | CC BY 4.0 | Microsoft Docs, CC BY 4.0, changed |
| github/opensource.guide | CC BY 4.0 | Content based on github.com/github/opensource.guide used under CC BY 4.0 |
| Anduin2017/HowToCook | Unlicense | none required |
| bitcoin-dot-org/bitcoin.org | MIT | Copyright (c) 2009-2021 Bitcoin.org |
| Android settings strings (zh) | Apache-2.0 | Copyright (c) 2005-2008, The Android Open Source Project |
| LawRefBook/Laws, texts of laws | not under copyright (PRC Copyright Law Art. 5) | none required |
| WenRichard/KBQA-BERT, data of the NLPCC-ICCPOL 2016 KBQA task | MIT | Copyright WenRichard; NLPCC 2016 KBQA |
| NiuTrans/Classical-Modern (modern side) | MIT | Copyright NiuTrans |
| question templates of our own on public services | our own | none; written after seeing the 16 standard questions |
"""


def card(tokens: int, dimensions: int, figures: Mapping[str, float]) -> str:
    """Return the card as Markdown."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    return f"""# Embedder

A static table of {tokens:,} vectors (words of jieba's dictionary and single characters) with {dimensions} dimensions.
A text is segmented by jieba; each word is followed by its characters; a text's vector is the mean of its tokens'
rows at length one. The folder is a sentence-transformers model (`StaticEmbedding` over a whitespace tokenizer, then
`Normalize`); rows are whole numbers with a factor each. It loads with no network, and here without torch.

## How it was made

`make train DATA=<folder>`: co-occurrence counts in public Chinese text, positive pointwise mutual information,
singular vectors, smooth inverse frequency weights from question text; then contrastive training (in-batch InfoNCE
both ways, unlike pairs as hard negatives, and a little CoSENT on graded pairs), averaged with the first vectors.
On two CPU cores it takes about ten minutes. No pretrained weights of others went in.

## Figures

Spearman's rank correlation of cosine and label. The public test sets were used to measure, never to train;
`dev` rows are pairs held out of the training data.

| set | value |
|---|---|
{rows}

A bag of words: it knows nothing of word order (PAWSX) and little of the world. It is meant to be tuned to a corpus's
own questions, which `make index` does in seconds, and to be one signal among several.

## Data and licences

{_SOURCES}
The weights are licensed as the code is (Apache-2.0), with the attributions above.
"""
