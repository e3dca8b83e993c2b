"""Our lazily read dictionary and best path, against jieba's own."""

from __future__ import annotations

import logging
import re
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.language.segment import TOTAL, ShopWords, base_words, cut

TEXT = """学生寝室宿舍床帘蚊帐支架高强度玻璃钢材质新增不锈钢支架子加粗
正品阿迪达斯男鞋秋季新款防滑鞋休闲运动旅游鞋网球鞋学生鞋
家用弹盖式垃圾桶客厅垃圾篓塑料垃圾桶卫生间垃圾桶大号篓 云麦好轻体脂秤智能体重秤家用人体精准测脂肪体质称电子秤
我想给女儿买一双冬天穿的雪地靴 办公室用的台灯要护眼的 有没有适合老人用的手机 中华人民共和国成立了 龘靐齉爩
一万一千五百二十颗
阿拉伯联合酋长国 江南小学 研究生命起源 结婚的和尚未结婚的 乒乓球拍卖完了"""


@pytest.fixture(scope="module")
def jieba_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    tokenizer.initialize()
    return tokenizer


def test_every_word_is_jiebas(jieba_tokenizer: Any) -> None:
    expected = {word for word, frequency in jieba_tokenizer.FREQ.items() if frequency}
    base = base_words()
    found = {word for char in {word[0] for word in expected} for word in base.load(char)}
    assert found == expected
    assert jieba_tokenizer.total == TOTAL


def test_cut_as_jieba_without_its_model(jieba_tokenizer: Any) -> None:
    for run in re.findall("[一-鿿]+", TEXT):
        assert cut(run, base_words()) == jieba_tokenizer.lcut(run, HMM=False)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(sorted(set(re.sub(r"\s", "", TEXT)))), min_size=1, max_size=30))
def test_any_run_is_cut_as_jieba_does(jieba_tokenizer: Any, run: str) -> None:
    assert cut(run, base_words()) == jieba_tokenizer.lcut(run, HMM=False)


@pytest.mark.parametrize("term", ["芊茗草", "毛绒狗窝", "布艺", "无线鼠标", "手机壳"])
def test_a_term_is_cut_whole_as_in_jieba(jieba_tokenizer: Any, term: str) -> None:
    assert cut(term, ShopWords(base_words(), [term])) == [term]
    assert jieba_tokenizer.suggest_freq(term) > 0


def test_whole_false_looks_inside() -> None:
    assert cut("无线鼠标", ShopWords(base_words(), ["无线鼠标"]), whole=False) == ["无线", "鼠标"]
    assert cut("电", base_words(), whole=False) == ["电"]


@given(st.text(min_size=1, max_size=20))
def test_nothing_is_lost(text: str) -> None:
    assert "".join(cut(text, base_words())) == text
