"""Units: which words count as units in running text, which are only spelled differently, and what they measure.

Nothing is ever converted here; 户, 人 and 人次 are three units, ㎡ and 平方米 are one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# dimension → the units that measure it. A unit that is not listed here is no unit in running text; in a cell of a form
# any short word behind the figure is (see quantity.py).
UNITS: dict[str, str] = {
    "money": (
        "元 圆 块 块钱 人民币 角 毛 毛钱 元人民币 美元 美金 港元 港币 欧元 日元 日币 日圆 英镑 韩元 韩币 台币 "
        "新台币 澳元 澳币 加元 加币 新元 新西兰元 新加坡元 卢布 泰铢 铢 法郎 瑞士法郎 瑞郎 奈拉 卢比 印度卢比 "
        "比索 越南盾 印尼盾 盾 马克 里拉 克朗 瑞典克朗 丹麦克朗 挪威克朗 兰特 里亚尔 雷亚尔 迪拉姆 第纳尔 "
        "林吉特 令吉 澳门元 澳门币 葡币 新币 纸币 硬币 先令 谢克尔 福林 兹罗提 坚戈 图格里克 列伊 列弗 塞地 "
        "比尔 基普 瑞尔 索尔 格里夫纳 缅元 泰币 人民币元 新谢克尔"
    ),
    "percent": "% ‰ ‱ 个百分点 百分点 百分比 成",
    "people": "人 名 人次 位 人份 人天 人日 人月 人年 人时 人口 员 个人 学员",
    "household": "户 戶 户次 户家庭 家庭 农户",
    "count": (
        "间 間 臺 輛 條 个 件 项 次 场 场次 家 家次 所 处 座 台 台套 台次 台班 套 辆 辆次 台件 条 份 篇 本 册 "
        "部 幅 张 张次 枚 只 只次 头 头次 匹 羽 尾 株 棵 颗 粒 根 块 面 盏 把 支 枝 瓶 盒 箱 袋 包 桶 卷 捆 "
        "间次 栋 幢 层 室 套次 床 张床位 床位 个床位 床日 例 例次 起 宗 笔 单 批 批次 期 班 班次 门 课 节 讲 "
        "轮 回 遍 趟 车次 架 架次 航次 艘 艘次 列 列车 架飞机 点次 点位 站 站次 站点 网点 村 镇 乡 乡镇 县 "
        "社区 街道 校 村次 村居 组 队 支队 副 双 对 款 样 种 首 曲 段 集 字 页 词 标准箱 标箱 人份次 剂 剂次 "
        "针 针次 件次 项次 户数 人数 票 席 桌 餐 杯 碗 道 口 眼 基 孔 环 片 丛 峰 盘 倍 题 字节 亩次 课题 "
        "床次 班组 工程 站房 车 车位 泊位 个泊位 路灯 井 机位 工位 学位 个学位 席位 名额 册次 幅次 学分 门次 "
        "样本 批件 单元 子项 节次 穴 畦 杆 具 路 樘 桩 封 尊 樽 顶 匣 屉 帧 幕 例数 篇次"
    ),
    "time": (
        "年 个月 周 星期 个星期 礼拜 天 日 日历天 小时 个小时 钟头 个钟头 分钟 秒 秒钟 毫秒 刻钟 工作日 "
        "个工作日 自然日 个自然日 个季度 学时 课时 学年 个学年 学期 个学期 岁 周岁 歲 週歲 世纪 台时 工时 "
        "机时 工日 个工日 个半月 个半小时 个多月 个多小时 个课时 个学时 个日历天 昼夜 个小时半 h min"
    ),
    "area": (
        "亩 公亩 市亩 公顷 平方米 平米 平方 平方公里 平方千米 平方厘米 平方毫米 平方分米 平方英里 平方英尺 ㎡ "
        "m² m2 km² km2 ㎢ hm² hm2 英亩 顷 M² M2 KM² KM2 畝 ha ㏊"
    ),
    "length": (
        "公里 千米 米 厘米 毫米 微米 纳米 分米 公分 英里 英尺 英寸 海里 里 华里 市里 市尺 尺 寸 丈 码 链 延米 "
        "延长米 车道公里 皮长公里 芯公里 光年 km KM Km ㎞ m M cm CM ㎝ mm MM ㎜ μm nm"
    ),
    "mass": "吨 公吨 公斤 千克 克 斤 市斤 毫克 微克 磅 盎司 担 公担 噸 kg KG Kg ㎏ g mg MG ㎎ μg t T 钱重 吨次",
    "volume": (
        "立方米 立方 方 升 公升 毫升 立方厘米 立方分米 立方公里 m³ m3 ㎥ L l ml mL ML 加仑 品脱 夸脱 蒲式耳 "
        "M³ M3"
    ),
    "temperature": "度 摄氏度 华氏度 ℃ 开尔文 °C °",
    "energy": (
        "千瓦 千瓦时 千瓦·时 千瓦小时 兆瓦 兆瓦时 瓦 瓦特 瓦时 吉瓦 度电 kW KW kw kWh KWh kwh KWH MW MWh GW W "
        "千卡 卡 卡路里 大卡 焦耳 焦 千焦 兆焦 千伏 伏 伏特 千伏安 兆伏安 安培 kV KV kv kVA KVA kva MVA 马力 "
        "帕 帕斯卡 千帕 兆帕 牛顿 标准煤 吨标准煤 赫兹 赫 千赫 千赫兹 兆赫 兆赫兹 吉赫 Hz HZ kHz MHz GHz 分贝 "
        "dB 勒克斯 流明 千乏"
    ),
    "data": "TB GB MB KB PB Mbps Gbps Kbps bps 兆 TOPS PFLOPS Mb Gb 核 vCPU G",
    "score": "分",
    "share": "比例",
}
# What must not follow a unit, because then the characters are another word (268.81分别, 12次性, 5年度); characters, or
# alternatives of a pattern where a "|" stands in it.
NOT_FOLLOWED_BY = {
    "年": "度|底|末|初|代|级|检|报|会|均|终|中|龄|货|前|后|来|以来|间|第|行动|规划|计划|义务|[0-9一二三四五六七八九十]{1,3}月",
    "分": "别析布类批期工配担解公之", "元": "旦宵月", "成": "立效功员果本为年长熟就绩品都型份套交语因百千武",
    "角": "度色落形大", "次": "性", "日": "常均前起", "天": "然津", "人": "才", "户": "口籍", "家": "庭居属禽畜",
    "位": "于置列居", "条": "例件", "面": "积向", "村": "级民委", "乡": "级", "县": "级", "镇": "级",
    "期": "间限末初", "本": "年级科", "部": "门署", "班": "级", "组": "织成", "队": "伍", "对": "于应接外照比",
    "包": "括含", "支": "持出付", "起": "草来步", "批": "准复示", "种": "植养", "节": "约能省日假", "双": "向",
    "单": "位独", "场": "地所馆景", "台": "风湾账", "座": "谈", "处": "理置罚于", "层": "面级", "口": "径岸",
    "道": "路", "回": "收升落购头", "轮": "换", "片": "区", "车": "辆间", "升": "级至高温", "课": "程题",
    "校": "园长", "字": "节", "列": "入支为", "核": "减定算查心酸增销准", "周": "期边年转末", "讲": "解座话",
    "题": "材", "基": "本层础金地于", "担": "任保负", "首": "先次要都个", "集": "中体团聚", "克": "服",
    "米": "粉", "里": "程", "间": "接隔距", "门": "槛店类", "笔": "记", "张": "贴", "段": "落", "桌": "面",
    "瓦": "斯", "例": "如行会", "块": "地", "度": "过假", "员": "工", "井": "冈", "所": "有属", "码": "头",
    "链": "条接", "环": "境节保", "眼": "科", "餐": "饮厅", "顶": "层", "路": "公口段由径线面", "具": "有体备",
    "卡": "片", "款": "项", "份": "额",
}  # fmt: skip
# The units only after a rate mark (元/人·月) need no list: /, then a listed unit or a short word.
_PER = (
    "学生 生 职工 农户 床 村 社区 校 园 例 头 亩次 公里 班 晚 夜 季 季度 学期 学年 百人 千人 百户 千米 百米 百公里 百平方米 立方 方 "
    "万元 亿元 万人 百万元 平方 平米 平方米 次 场 人次 月 年 日 天 小时 台 辆 户 人 间 套 件 份 瓶 个 只 头 年度 标准 课时 吨 斤"
)


def _words(text: str) -> list[str]:
    return sorted(dict.fromkeys(text.split()), key=len, reverse=True)


ALL_UNITS = _words(" ".join(UNITS.values()))
_DIMENSION = {unit: name for name, units in reversed(UNITS.items()) for unit in units.split()}


def _alternatives(words: list[str], guarded: bool) -> str:
    """Longest first, gathered under their first character, so that a wrong first character costs one comparison."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        not_next = NOT_FOLLOWED_BY.get(word, "") if guarded else ""
        guard = "" if not not_next else f"(?!{not_next})" if "|" in not_next else f"(?![{not_next}])"
        if guarded and re.fullmatch(r"[A-Za-z]+", word):
            guard = "(?![A-Za-z0-9])" if word != "G" else "(?![A-Za-z0-9一-龥])"  # 5G基站 is a name
        by_first.setdefault(word[0], []).append(re.escape(word[1:]) + guard)
    parts = []
    for first, rests in by_first.items():
        inner = rests[0] if len(rests) == 1 else f"(?:{'|'.join(rests)})"
        parts.append(re.escape(first) + inner)
    return "|".join(parts)


_COUNTED = _alternatives(ALL_UNITS, guarded=True)
_RATED = _alternatives(_words(" ".join(ALL_UNITS) + " " + _PER), guarded=False)
_TIMES = "天|日|月|年|次|人|户|周|季|学期|学年|节|课时|晚|夜|期|场|年度|小时|个月"
# 100瑞典克朗, 50墨西哥比索: a currency with its country is one unit.
_COUNTRIES = (
    "瑞士|瑞典|丹麦|挪威|冰岛|捷克|墨西哥|菲律宾|智利|哥伦比亚|阿根廷|古巴|乌拉圭|巴基斯坦|斯里兰卡|尼泊尔|毛里求斯|印度尼西亚|印度|印尼|"
    "越南|新加坡|新西兰|加拿大|澳大利亚|香港|台湾|澳门|沙特|伊朗|卡塔尔|阿曼|也门|阿联酋|摩洛哥|科威特|伊拉克|约旦|巴林|阿尔及利亚|突尼斯|"
    "利比亚|苏丹|塞尔维亚|巴西|秘鲁|南非|俄罗斯|白俄罗斯|乌克兰|泰国|韩国|朝鲜|日本|蒙古|缅甸|老挝|柬埔寨|马来西亚|肯尼亚|乌干达|坦桑尼亚|"
    "索马里|埃及|以色列|土耳其|波兰|匈牙利|罗马尼亚|保加利亚|尼日利亚|加纳|埃塞俄比亚|哈萨克斯坦|黎巴嫩|叙利亚|牙买加|英国|美国|欧洲|中国"
)
_CURRENCIES = (
    "元|圆|币|法郎|克朗|比索|卢比|盾|第纳尔|里亚尔|迪拉姆|先令|兰特|卢布|铢|镑|英镑|谢克尔|新谢克尔|里拉|兹罗提|福林|列伊|列弗|奈拉|塞地|"
    "比尔|坚戈|索尔|新索尔|雷亚尔|林吉特|令吉|格里夫纳|基普|瑞尔|图格里克|美元|欧元|日元|人民币"
)
# 元/人·月, 元/(人·天), 次/月, 元/人、天, 套(间), 元每人每月
UNIT_PATTERN = (
    rf"(?:人[ ]次|{_COUNTED}|(?:{_COUNTRIES})(?:{_CURRENCIES}))"
    rf"(?:\((?:{_RATED})\))?"
    rf"(?:/(?:[0-9]{{1,4}})?\(?(?:[十百千万亿]?(?:{_RATED})|[一-龥]{{1,3}}(?![一-龥]))"
    rf"(?:[·.*×•∙‧](?:{_TIMES})|、(?:{_TIMES})(?![一-龥]))?\)?){{0,3}}"
    rf"(?:每(?:{_RATED})){{0,2}}"
)
# The first characters of a unit: a lone Chinese digit is looked at only before one of these.
UNIT_STARTS = "".join(sorted({unit[0] for unit in ALL_UNITS if unit[0] >= "一"}))

# Spellings of one unit; nothing here changes the figure.
_SAME = {
    "㎡": "平方米", "m²": "平方米", "m2": "平方米", "平米": "平方米", "km²": "平方公里", "km2": "平方公里", "平方千米": "平方公里",
    "m³": "立方米", "m3": "立方米", "hm²": "公顷", "hm2": "公顷", "立方": "立方米", "方": "立方米",
    "km": "公里", "千米": "公里", "m": "米", "cm": "厘米", "公分": "厘米", "mm": "毫米",
    "kg": "公斤", "千克": "公斤", "g": "克", "t": "吨", "l": "升", "ml": "毫升",
    "百分比": "%", "百分点": "个百分点", "圆": "元", "块": "元", "块钱": "元", "人民币": "元", "元人民币": "元",
    "港币": "港元", "日币": "日元", "日圆": "日元", "韩币": "韩元", "新台币": "台币", "澳币": "澳元", "加币": "加元",
    "kw": "千瓦", "kwh": "千瓦时", "千瓦小时": "千瓦时", "度电": "千瓦时", "°c": "摄氏度", "℃": "摄氏度",
    "戶": "户", "畝": "亩", "噸": "吨", "歲": "岁", "間": "间", "礼拜": "星期", "钟头": "小时", "秒钟": "秒", "比例": "",
    "h": "小时", "min": "分钟",
}  # fmt: skip


@lru_cache(maxsize=4096)
def unit_key(unit: str) -> str:
    """One key for all spellings of a unit: ㎡ = 平方米, 元/人*月 = 元/人·月, 个工作日 = 工作日; 户, 人, 人次 stay apart."""
    unit = unicodedata.normalize("NFKC", unit).lower().replace(" ", "").replace("個", "个").replace("點", "点")
    parts = []
    for part in unit.replace("每", "/").replace("(", "(").split("/"):
        key = part
        for mark in "*、×.•∙‧":
            key = key.replace(mark, "·")
        if key.startswith("个") and len(key) > 1 and key not in ("个百分点", "个月"):
            key = key[1:]
        parts.append(_SAME.get(key, key))
    return "/".join(parts)


def same_unit(first: str, second: str) -> bool:
    """Whether two units differ in spelling at most."""
    return first == second or unit_key(first) == unit_key(second)


@lru_cache(maxsize=4096)
def dimension(unit: str) -> str:
    """What a unit measures: money, percent, people, household, count, time, area, length, mass, volume, score …

    A rate (元/人·月, 次/年) is "rate": it measures neither of its parts. "" for no unit; "count" for any other word, since
    whatever a form counts has a unit of its own.
    """
    if not unit:
        return ""
    if "/" in unit or "每" in unit:
        return "rate"
    return _DIMENSION.get(unit) or _DIMENSION.get(unit_key(unit)) or ("" if not unit_key(unit) else "count")
